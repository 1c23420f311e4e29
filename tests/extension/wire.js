/** The examples of tests/wire, which the host's tests read too. */

import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../wire/", import.meta.url);

/** @param {string} file @returns {{name: string, direction: string, message: any, refused_with?: string}[]} */
export function examples(file) {
  return JSON.parse(readFileSync(new URL(`${file}.json`, FOLDER), "utf8"));
}

export const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));

/** @param {string} file @param {string} name */
export function example(file, name) {
  const found = examples(file).find((one) => one.name === name);
  if (!found) throw new Error(`no example “${name}” in ${file}.json`);
  return found.message;
}

/** @param {string} name @returns {import("../../extension/types.d.ts").Job} */
export function job(name) {
  return example("event_job", name).job;
}
