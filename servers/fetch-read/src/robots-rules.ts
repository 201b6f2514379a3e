/** One line of a robots.txt that is about us. */
interface Rule {
  readonly allow: boolean;
  /** Its octets as RFC 9309 §2.2.2 compares them, cut at its wildcards. */
  readonly parts: readonly string[];
  /** `$` at its end: the path ends where it does. */
  readonly ended: boolean;
  readonly length: number;
  readonly line: number;
}

export interface RobotsRules {
  readonly rules: readonly Rule[];
}

/** Without a line: nobody asked to stay away, only the comparison was given up. */
export type RobotsAnswer = { readonly allow: true } | { readonly allow: false; readonly line: number | undefined };

/** The product token that a robots.txt may name us by. */
const token = "postern-fetch-read";
/** Comparisons of one question. A pattern of stars costs its length times that of the path, and nobody honest writes so many. */
const mostSteps = 128 * 1024 * 1024;

/**
 * Reads what a robots.txt says to us (RFC 9309 §2.2): the groups that name us, all of them together, or else those for everybody.
 * Takes time and memory in the length of the text alone.
 */
export function readRobots(text: string): RobotsRules {
  const ours: Rule[] = [];
  const everybodys: Rule[] = [];
  let named = false;
  const about = { us: false, everybody: false };
  let begun = false;
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    const [, name = "", written = ""] = /^\s*([A-Za-z-]+)\s*:(.*)$/.exec(line.split("#", 1)[0] ?? "") ?? [];
    const key = name.toLowerCase();
    const value = written.trim();
    if (key === "user-agent") {
      if (begun) about.us = about.everybody = false;
      begun = false;
      const agent = value.split("/", 1)[0]?.trim().toLowerCase() ?? "";
      about.us ||= agent === token;
      about.everybody ||= agent === "*";
      named ||= about.us;
    } else if (key === "allow" || key === "disallow") {
      begun = true;
      const rule = ruleOf(key === "allow", value, at + 1);
      if (rule === undefined) continue;
      if (about.us) ours.push(rule);
      if (about.everybody) everybodys.push(rule);
    }
  }
  return { rules: named ? ours : everybodys };
}

/** Whether the rules give a URL: the longest pattern that fits decides, of two as long the one that allows. What costs too much to find out is not given. */
export function askRobots({ rules }: RobotsRules, url: URL): RobotsAnswer {
  if (url.pathname === "/robots.txt") return { allow: true };
  const path = canonical(url.pathname + url.search, true);
  let best: Rule | undefined;
  let steps = 0;
  for (const rule of rules) {
    if (best !== undefined && (rule.length < best.length || (rule.length === best.length && (best.allow || !rule.allow)))) continue;
    steps += costOf(rule, path);
    if (steps > mostSteps) return { allow: false, line: undefined };
    if (fits(rule, path)) best = rule;
  }
  return best === undefined || best.allow ? { allow: true } : { allow: false, line: best.line };
}

function ruleOf(allow: boolean, value: string, line: number): Rule | undefined {
  // An empty one says nothing (RFC 9309 §2.2.2).
  if (value === "") return undefined;
  const ended = value.endsWith("$");
  const pattern = canonical(ended ? value.slice(0, -1) : value, false);
  return { allow, parts: pattern.split(/\*+/).map(own), ended, length: pattern.length + (ended ? 1 : 0), line };
}

/** A copy: what is cut out of a text keeps the whole of it in memory. */
function own(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

function fits({ parts: [first = "", ...others], ended }: Rule, path: string): boolean {
  if (!path.startsWith(first)) return false;
  const last = ended ? others.pop() : undefined;
  let from = first.length;
  for (const part of others) {
    const at = path.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  if (!ended) return true;
  return last === undefined ? path.length === from : path.length - last.length >= from && path.endsWith(last);
}

function costOf({ parts }: Rule, path: string): number {
  return parts.reduce((sum, part, at) => sum + 1 + (at === 0 ? 0 : Math.min(part.length, 8) * path.length), 0);
}

/** One spelling of each path (RFC 9309 §2.2.2): what may stand unescaped does, and the rest is escaped in capitals. */
function canonical(text: string, literal: boolean): string {
  const encoded = text.toWellFormed().replaceAll(/[^\u0021-\u007e]/gu, (unit) => encodeURIComponent(unit));
  const spelled = encoded.replaceAll(/%[0-9a-f]{2}/gi, (escape) => {
    const unit = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(unit) ? unit : escape.toUpperCase();
  });
  // In a path these two are themselves; in a pattern a star is a wildcard, and a dollar sign that is not at its end is one.
  return (literal ? spelled.replaceAll("*", "%2A") : spelled).replaceAll("$", "%24");
}
