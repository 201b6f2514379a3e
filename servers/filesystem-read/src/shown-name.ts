/**
 * A name as one line of an answer. A control character in a name could forge further lines, so it is written as an
 * escape; every other name is shown as it is.
 */
export function shownName(name: string): string {
  return control.test(name) ? name.replaceAll(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`) : name;
}

const control = /[\u0000-\u001f\u007f\u2028\u2029]/;
const controls = new RegExp(control, "g");
