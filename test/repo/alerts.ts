import { missing, ok, paged, repoRoute, type RepoCall, type Route, type Shape } from "./call.ts";
import type { CodeAlert, DependencyAlert, SecretAlert } from "./github-records.ts";
import { apiOf } from "./shape-repository.ts";

export const alertRoutes: readonly Route[] = [
  repoRoute("GET /code-scanning/alerts", "security_events=read", (call) => {
    const { state, tool_name: tool } = call.query;
    return list(call, call.repository.codeAlerts, codeShape, (shape) => is(shape, state) && (tool === undefined || tool === "CodeQL"));
  }),
  repoRoute("GET /code-scanning/alerts/{alert_number}", "security_events=read", (call) => one(call, call.repository.codeAlerts, codeShape)),
  repoRoute("GET /dependabot/alerts", "vulnerability_alerts=read", (call) => {
    const { state, severity, ecosystem } = call.query;
    const among = (value: unknown, asked: string | undefined): boolean => asked === undefined || asked.split(",").includes(String(value));
    return list(
      call,
      call.repository.dependencyAlerts.filter((alert) => among(alert.severity, severity) && among(alert.ecosystem, ecosystem)),
      dependencyShape,
      (shape) => among(shape["state"], state),
    );
  }),
  repoRoute("GET /dependabot/alerts/{alert_number}", "vulnerability_alerts=read", (call) => one(call, call.repository.dependencyAlerts, dependencyShape)),
  repoRoute("GET /secret-scanning/alerts", "secret_scanning_alerts=read", (call) => {
    const { state, secret_type: type } = call.query;
    const own = call.repository.secretAlerts;
    return list(call, own, secretShape, (shape) => is(shape, state) && (type === undefined || type.split(",").includes(String(shape["secret_type"]))));
  }),
];

type ShapeOf<T> = (call: RepoCall, alert: T, number: number) => Shape;

function list<T>(call: RepoCall, alerts: readonly T[], shapeOf: ShapeOf<T>, keep: (shape: Shape) => boolean): ReturnType<typeof paged> {
  const shapes = alerts.map((alert, index) => shapeOf(call, alert, index + 1)).toReversed();
  return paged(call, shapes.filter(keep));
}

export function one<T>(call: RepoCall, alerts: readonly T[], shapeOf: ShapeOf<T>): ReturnType<typeof ok> {
  const number = Number(call.parameters["alert_number"]);
  const alert = alerts[number - 1];
  if (alert === undefined) throw missing();
  return ok(shapeOf(call, alert, number));
}

function is(shape: Shape, state: string | undefined): boolean {
  return state === undefined || shape["state"] === state;
}

function place({ state, repository }: RepoCall, kind: string, number: number): Shape {
  return {
    number,
    created_at: repository.created,
    updated_at: repository.created,
    url: `${apiOf(state, repository)}/${kind}/alerts/${number}`,
    html_url: `${state.urls.html}/${repository.fullName}/security/${kind}/${number}`,
  };
}

function codeShape(call: RepoCall, { rule, severity = "error", state = "open", path, line, message, ref }: CodeAlert, number: number): Shape {
  const at = `refs/heads/${call.repository.defaultBranch}`;
  return {
    ...place(call, "code-scanning", number),
    state,
    fixed_at: null,
    dismissed_by: null,
    dismissed_at: null,
    dismissed_reason: null,
    dismissed_comment: null,
    rule: { id: rule, severity, description: message, name: rule, tags: ["security"], security_severity_level: "high" },
    tool: { name: "CodeQL", guid: null, version: "2.17.3" },
    most_recent_instance: {
      ref: ref ?? at,
      analysis_key: "dynamic/github-code-scanning/codeql:analyze",
      environment: "{}",
      category: "/language:any",
      state,
      commit_sha: "0".repeat(40),
      message: { text: message },
      location: { path, start_line: line, end_line: line, start_column: 1, end_column: 2 },
      classifications: [],
    },
    instances_url: `${apiOf(call.state, call.repository)}/code-scanning/alerts/${number}/instances`,
  };
}

function dependencyShape(call: RepoCall, { package: name, ecosystem, severity, summary, manifest, state = "open" }: DependencyAlert, number: number): Shape {
  const affected = { package: { ecosystem, name }, severity, vulnerable_version_range: "< 2.0.0", first_patched_version: { identifier: "2.0.0" } };
  const { repository } = call;
  return {
    ...place(call, "dependabot", number),
    state,
    dependency: { package: { ecosystem, name }, manifest_path: manifest, scope: "runtime" },
    security_advisory: {
      ghsa_id: `GHSA-0000-0000-${String(number).padStart(4, "0")}`,
      cve_id: null,
      summary,
      description: summary,
      severity,
      identifiers: [],
      references: [],
      published_at: repository.created,
      updated_at: repository.created,
      withdrawn_at: null,
      vulnerabilities: [affected],
      cvss: { vector_string: null, score: 0 },
      cwes: [],
    },
    security_vulnerability: affected,
    dismissed_at: null,
    dismissed_by: null,
    dismissed_reason: null,
    dismissed_comment: null,
    fixed_at: null,
  };
}

/** The secret itself is part of the answer, unless the caller asks for it not to be. */
export function secretShape(call: RepoCall, { type, secret, state = "open" }: SecretAlert, number: number): Shape {
  call.state.secret(secret);
  return {
    ...place(call, "secret-scanning", number),
    locations_url: `${apiOf(call.state, call.repository)}/secret-scanning/alerts/${number}/locations`,
    state,
    resolution: state === "resolved" ? "revoked" : null,
    resolved_at: null,
    resolved_by: null,
    secret_type: type,
    secret_type_display_name: type,
    ...(call.query["hide_secret"] !== "true" && { secret }),
    push_protection_bypassed: false,
    push_protection_bypassed_by: null,
    validity: "unknown",
    publicly_leaked: false,
    multi_repo: false,
  };
}
