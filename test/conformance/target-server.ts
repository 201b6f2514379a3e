import { Failure } from "@postern/policy";
import { defineServer, text, tool, type MediaContent, type ResourceContent } from "@postern/runtime";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";

/** One pixel. */
const picture: MediaContent = {
  type: "image",
  mimeType: "image/png",
  data: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",
};
/** A head without samples. */
const sound: MediaContent = { type: "audio", mimeType: "audio/wav", data: "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=" };

function resource(uri: string, mimeType: string, said: string): ResourceContent {
  return { type: "resource", resource: { uri, mimeType, blob: Buffer.from(said).toString("base64") } };
}

/** As text: an object with a member of the name "then" is taken for a promise. */
const conditions = JSON.parse(`{
  "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
  "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
  "then": { "required": ["phone"] },
  "else": { "required": ["email"] }
}`) as Readonly<Record<string, unknown>>;

const nothing = z.strictObject({});
const common = { effect: "read", targets: {} } as const;
/** Longer than the runtime leaves between two notifications of one call. */
const betweenMs = 120;

const tools = [
  tool({
    ...common,
    name: "test_simple_text",
    title: "Simple text",
    description: "Returns a sentence.",
    input: nothing,
    run: () => text("This is a simple text response for testing."),
  }),
  tool({
    ...common,
    name: "test_image_content",
    title: "Picture",
    description: "Returns a picture.",
    input: nothing,
    run: () => ({ content: [picture] }),
  }),
  tool({ ...common, name: "test_audio_content", title: "Sound", description: "Returns a sound.", input: nothing, run: () => ({ content: [sound] }) }),
  tool({
    ...common,
    name: "test_embedded_resource",
    title: "Embedded resource",
    description: "Returns a resource.",
    input: nothing,
    run: () => ({ content: [resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")] }),
  }),
  tool({
    ...common,
    name: "test_multiple_content_types",
    title: "Several contents",
    description: "Returns a sentence, a picture and a resource.",
    input: nothing,
    run: () => ({
      content: [
        { type: "text", text: "Multiple content types test:" },
        picture,
        resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
      ],
    }),
  }),
  tool({
    ...common,
    name: "test_error_handling",
    title: "Failure",
    description: "Fails.",
    input: nothing,
    run: () => {
      throw new Failure("net.status", "This tool intentionally returns an error for testing.");
    },
  }),
  tool({
    ...common,
    name: "test_tool_with_progress",
    title: "Progress",
    description: "Reports progress three times.",
    input: nothing,
    async run({ context }) {
      for (const done of [0, 50, 100]) {
        context.progress(done, 100);
        await wait(betweenMs, undefined, { signal: context.signal });
      }
      return text("Done.");
    },
  }),
  tool({
    ...common,
    name: "test_logging_tool",
    title: "Log",
    description: "Logs where operators read it; clients are sent no logs.",
    input: nothing,
    run: () => {
      process.stderr.write("the logging tool was called\n");
      return text("Logged.");
    },
  }),
  tool({
    ...common,
    name: "json_schema_2020_12_tool",
    title: "Schema",
    description: "Takes what needs more of JSON Schema than most.",
    input: z
      .strictObject({
        name: z.string().optional(),
        address: z.strictObject({ street: z.string().optional(), city: z.string().optional() }).meta({ id: "address", $anchor: "addressDef" }).optional(),
        contactMethod: z.enum(["phone", "email"]).optional(),
        phone: z.string().optional(),
        email: z.string().optional(),
      })
      .meta(conditions),
    run: () => text("ok"),
  }),
  tool({
    ...common,
    name: "prompt_text",
    title: "Text of a prompt",
    description: "Returns the text of a prompt, with the arguments that it was given.",
    input: z.strictObject({ arg1: z.string().max(200).optional(), arg2: z.string().max(200).optional() }),
    run: ({ input: { arg1, arg2 } }) =>
      text(arg1 === undefined ? "This is a simple prompt for testing." : `Prompt with arguments: arg1='${arg1}', arg2='${arg2 ?? ""}'`),
  }),
  tool({
    ...common,
    name: "prompt_resource",
    title: "Resource of a prompt",
    description: "Returns a resource under the URI that it was given.",
    input: z.strictObject({ resourceUri: z.string().max(200) }),
    run: ({ input: { resourceUri } }) => ({
      content: [
        resource(resourceUri, "text/plain", "Embedded resource content for testing."),
        { type: "text", text: "Please process the embedded resource above." },
      ],
    }),
  }),
  tool({
    ...common,
    name: "prompt_picture",
    title: "Picture of a prompt",
    description: "Returns a picture and what to do with it.",
    input: nothing,
    run: () => ({ content: [picture, { type: "text", text: "Please analyze the image above." }] }),
  }),
];

function argument(name: string): { readonly name: string; readonly description: string; readonly required: true } {
  return { name, description: "What the suite gives.", required: true };
}

/** What the conformance suite asks a server for, as far as a tool of this runtime can be it. */
export const server = defineServer({
  name: "conformance",
  version: "0.0.0",
  instructions: "Answers the conformance suite.",
  tools,
  prompts: [
    { name: "test_simple_prompt", title: "Simple", description: "A sentence.", arguments: [], tool: "prompt_text", fixed: {} },
    {
      name: "test_prompt_with_arguments",
      title: "With arguments",
      description: "A sentence with what was given.",
      arguments: [argument("arg1"), argument("arg2")],
      tool: "prompt_text",
      fixed: {},
    },
    {
      name: "test_prompt_with_embedded_resource",
      title: "With a resource",
      description: "A resource and what to do with it.",
      arguments: [argument("resourceUri")],
      tool: "prompt_resource",
      fixed: {},
    },
    {
      name: "test_prompt_with_image",
      title: "With a picture",
      description: "A picture and what to do with it.",
      arguments: [],
      tool: "prompt_picture",
      fixed: {},
    },
  ],
});
