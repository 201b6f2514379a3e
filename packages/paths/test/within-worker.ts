import { lstatSync, readlinkSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { fromWithin } from "../src/from-within.ts";
import { openAmbientDirectory } from "../src/handle.ts";

const held = openAmbientDirectory(String(workerData));
parentPort?.postMessage(fromWithin(held, (within) => ({ within, size: lstatSync(`${within}f`).size, cwd: readlinkSync("/proc/self/cwd") })));
