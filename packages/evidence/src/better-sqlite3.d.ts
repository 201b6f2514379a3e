/** The part of the driver's surface that this package uses. The driver ships no types of its own. */
declare module "better-sqlite3" {
  class Driver {
    constructor(file: string, options?: { readonly readonly?: boolean; readonly fileMustExist?: boolean; readonly timeout?: number });
    readonly inTransaction: boolean;
    prepare(sql: string): DriverStatement;
    exec(sql: string): this;
    pragma(source: string, options?: { readonly simple?: boolean }): unknown;
    close(): this;
  }
  interface DriverStatement {
    run(...parameters: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number };
    get(...parameters: readonly unknown[]): unknown;
    all(...parameters: readonly unknown[]): unknown[];
    iterate(...parameters: readonly unknown[]): IterableIterator<unknown>;
    pluck(on?: boolean): this;
    raw(on?: boolean): this;
  }
  export = Driver;
}
