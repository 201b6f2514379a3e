import { expect, it } from "vitest";
import { pictureOf } from "../src/picture.ts";

const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const files: Readonly<Record<string, Buffer>> = {
  "image/png": png,
  "image/jpeg": Buffer.from("ffd8ffe000104a464946", "hex"),
  "image/gif": Buffer.from("GIF89a\u0001"),
  "image/webp": Buffer.from("RIFF\u0004\u0000\u0000\u0000WEBPVP8 ", "latin1"),
};

it.each(Object.entries(files))("%s is a picture", (type, body) => {
  expect(pictureOf({ headers: { "content-type": `${type}; q=1` }, body })).toEqual({ type: "image", data: body.toString("base64"), mimeType: type });
});

it.each([
  ["text that says it is one", "image/png", Buffer.from("SECRET=1")],
  ["one of another kind than it says", "image/jpeg", png],
  ["one that runs scripts", "image/svg+xml", Buffer.from("<svg/>")],
  ["one without a type", undefined, png],
  ["one of 5 MB", "image/png", Buffer.concat([png, Buffer.alloc(5e6)])],
] as const)("%s is none", (_name, type, body) => {
  expect(pictureOf({ headers: { "content-type": type }, body })).toBeUndefined();
});
