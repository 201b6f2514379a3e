/**
 * Takes out what nobody sees and a model reads: controls other than line ends and tabs, marks of direction, fillers, tags,
 * and joiners with them (of scripts that need those, words are then spelled wrong). Escapes in JSON stay, which can be seen.
 *
 * Source: Unicode UAX #44, Default_Ignorable_Code_Point.
 */
export function withoutInvisible(text: string): { readonly text: string; readonly removed: number } {
  let removed = 0;
  const kept = text.replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, () => {
    removed += 1;
    return "";
  });
  return { text: kept, removed };
}
