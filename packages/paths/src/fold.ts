const ascii = /^[\x20-\x7e]*$/;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
const dressed = /[. ]+$/;

/**
 * The form in which names are compared with rules that deny. Guarantees that two names which any file system of the
 * supported platforms takes for one fold alike: letter case, composed and decomposed accents, code points that some
 * file systems ignore (git's CVE-2014-9390), trailing dots and spaces (vfat, NTFS). It may also fold alike what a file
 * system tells apart, so it is for denying only and never for allowing.
 */
export function fold(name: string): string {
  if (ascii.test(name)) {
    const lower = name.toLowerCase();
    const last = name.charCodeAt(name.length - 1);
    return last === 0x2e || last === 0x20 ? undress(lower) : lower;
  }
  return undress(foldCase(name.replace(invisible, "")));
}

/** Letter case and composition alone, for text in which dots and spaces mean what they are. */
export function foldCase(text: string): string {
  // Upper case first: "ſ" and "ı" have upper-case forms that ordinary letters share, and no lower-case ones.
  return text.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** Folds each part of a relative path. */
export function foldPath(path: string): string {
  if (ascii.test(path) && !path.includes("./") && !path.includes(" /")) return fold(path);
  return path.split("/").map(fold).join("/");
}

function undress(name: string): string {
  const bare = name.replace(dressed, "");
  return bare === "" ? name : bare;
}
