const colors = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;

function painted(code: number, text: string): string {
  return colors ? `\u001b[${code}m${text}\u001b[0m` : text;
}

export const green = (text: string): string => painted(32, text);
export const red = (text: string): string => painted(31, text);
export const bold = (text: string): string => painted(1, text);
export const faint = (text: string): string => painted(2, text);

export function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function heading(text: string): void {
  say(`\n${bold(text)}`);
}
