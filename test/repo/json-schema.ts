export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxProperties?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export interface Judging {
  find(ref: string): Schema;
  /** Of what the fake answers only the types count: it carries less than the host, and the host more than it describes. */
  readonly typesOnly?: boolean;
}

/** What about a value is not as the schema has it; properties that it does not name are wrong as well. Empty: nothing. */
export function wrongs(schema: Schema, value: unknown, at: string, judging: Judging): readonly string[] {
  if (schema.$ref !== undefined) return wrongs(judging.find(schema.$ref), value, at, judging);
  if (value === null) return schema.nullable === true || mayBeNull(schema, at, judging) ? [] : [`${at} is null`];
  if (schema.allOf !== undefined && judging.typesOnly === true) return schema.allOf.flatMap((each) => wrongs(each, value, at, judging));
  const among = schema.oneOf ?? schema.anyOf;
  if (among !== undefined) return among.some((each) => wrongs(each, value, at, judging).length === 0) ? [] : [`${at} is none of what it may be`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}, which is none of ${schema.enum.join(", ")}`];
  if (schema.type !== undefined && !isOf(schema.type, value)) return [`${at} is no ${schema.type}`];
  if (schema.format === "date-time" && typeof value === "string" && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(value))
    return [`${at} is no date-time`];
  if (Array.isArray(value)) {
    const few = schema.minItems !== undefined && value.length < schema.minItems ? [`${at} has too few items`] : [];
    return [...few, ...value.flatMap((item: unknown, index) => (schema.items === undefined ? [] : wrongs(schema.items, item, `${at}[${index}]`, judging)))];
  }
  return typeof value === "object" ? inObject(schema, value as Readonly<Record<string, unknown>>, at, judging) : [];
}

function inObject(schema: Schema, value: Readonly<Record<string, unknown>>, at: string, judging: Judging): readonly string[] {
  const { properties, required = [], additionalProperties, maxProperties } = schema;
  const strict = judging.typesOnly !== true;
  const lacking = strict ? required.filter((name) => value[name] === undefined).map((name) => `${at}.${name} is missing`) : [];
  const many = maxProperties !== undefined && Object.keys(value).length > maxProperties ? [`${at} has too many properties`] : [];
  const own = Object.entries(value).flatMap(([name, item]) => {
    const known = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known !== undefined) return wrongs(known, item, `${at}.${name}`, judging);
    if (typeof additionalProperties === "object") return wrongs(additionalProperties, item, `${at}.${name}`, judging);
    return strict && additionalProperties !== true && properties !== undefined ? [`${at}.${name} is unknown`] : [];
  });
  return [...lacking, ...many, ...own];
}

function mayBeNull(schema: Schema, at: string, judging: Judging): boolean {
  const parts = schema.oneOf ?? schema.anyOf ?? schema.allOf ?? [];
  return parts.some((each) => wrongs(each, null, at, judging).length === 0);
}

function isOf(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && !Array.isArray(value);
  return typeof value === type;
}
