import { codesTable } from "@postern/policy";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { asksOnly, brands, readersReachNoWriter, recursion, workingDirectory, writers } from "./authority.ts";
import { boundaries } from "./boundaries.ts";
import { codesDocumented, linksLead, noForeignPaths, readDocuments } from "./documents.ts";
import { catalogOnly, declared, exportedBy, noInstallScripts, readManifests } from "./manifests.ts";
import { comments, everyTestRuns, exportsByName, length } from "./shape.ts";
import { readSources, repository, type Finding } from "./source.ts";
import { format, lint } from "./tools.ts";

export interface Check {
  /** What holds when the check finds nothing. */
  readonly promise: string;
  run(): readonly Finding[];
}

/** Every static check over the repository as it is on disk. */
export function checks(): readonly Check[] {
  const sources = readSources();
  const manifests = readManifests();
  const documents = readDocuments();
  return [
    { promise: "the type-aware linter finds nothing", run: () => lint() },
    { promise: "every file is formatted", run: () => format() },
    { promise: "imports follow the package DAG, and authority and dependencies stay with their owners", run: () => boundaries(sources) },
    { promise: "no read server reaches a writer", run: () => readersReachNoWriter(sources, exportedBy(manifests)) },
    { promise: "nothing but the network's writers can send a request that changes something", run: () => asksOnly(sources) },
    { promise: "only the named files of the paths package can change files", run: () => writers(sources) },
    { promise: "brands are made only by the file that owns them", run: () => brands(sources) },
    { promise: "no recursive file system calls beside the walk", run: () => recursion(sources) },
    { promise: "one file moves the working directory, and no path goes to another thread", run: () => workingDirectory(sources) },
    { promise: "no file is over the ceiling", run: () => length(sources) },
    { promise: "exports are by name", run: () => exportsByName(sources) },
    { promise: "no open ends, no silenced checks", run: () => comments(sources) },
    { promise: "no test is left out", run: () => everyTestRuns(sources) },
    { promise: "versions stand in the catalog only", run: () => catalogOnly(manifests) },
    { promise: "nothing runs at installation", run: () => noInstallScripts(manifests) },
    { promise: "packages declare what they import, and nothing else", run: () => declared(manifests, sources) },
    { promise: "the documented codes are the codes", run: () => codesDocumented(documents, codesTable()) },
    { promise: "links in the documents lead somewhere", run: () => linksLead(documents, (path) => existsSync(join(repository, path))) },
    { promise: "documents name nobody's machine or registry", run: () => noForeignPaths(documents) },
  ];
}
