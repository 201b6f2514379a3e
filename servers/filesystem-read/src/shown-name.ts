/**
 * A name as one line of an answer. A control character in a name could forge further lines or hide some, so it is written as an
 * escape; every other name is shown as it is.
 */
export function shownName(name: string): string {
  return control.test(name) ? name.replaceAll(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`) : name;
}

// with the second set of controls, and the marks that turn the direction of what follows them
const control = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const controls = new RegExp(control, "g");
