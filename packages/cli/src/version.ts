/** The package's own, held equal to its package.json by a test. */
export const version = "0.1.0";
