/** The part of picomatch that this package calls; the library carries no types of its own. */
declare module "picomatch" {
  interface Options {
    readonly dot?: boolean;
    readonly nocase?: boolean;
    readonly nonegate?: boolean;
    readonly noextglob?: boolean;
    readonly nobrace?: boolean;
    readonly noglobstar?: boolean;
    readonly strictBrackets?: boolean;
    readonly strictSlashes?: boolean;
    readonly matchBase?: boolean;
    readonly maxLength?: number;
  }
  function picomatch(glob: string | readonly string[], options?: Options): (path: string) => boolean;
  namespace picomatch {
    function makeRe(glob: string, options?: Options): RegExp;
  }
  export default picomatch;
}
