const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
let state = 20_261_122;

/** Letters and digits without a pattern, the same ones in every run. */
export function mixed(length: number): string {
  let text = "";
  while (text.length < length) {
    // The generator of Park and Miller (CACM 31, 1988): its low bits are as good as its high ones.
    state = (state * 48_271) % 0x7fffffff;
    text += letters.charAt(state % letters.length);
  }
  return text;
}
