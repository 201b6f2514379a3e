import { lstatSync, readlinkSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { fromWithin } from "../src/from-within.ts";
import { openAmbientDirectory } from "../src/handle.ts";

const port = parentPort;
if (port === null) throw new Error("this file is a worker thread");
const held = openAmbientDirectory(String(workerData));
const answer = fromWithin(held, (within) => ({ within, size: lstatSync(`${within}f`).size, cwd: readlinkSync("/proc/self/cwd") }));
port.postMessage(answer);
