/** What the article worker is asked. */
export interface ArticleJob {
  /** HTML as `simpleHtml` writes it, in UTF-8. */
  readonly bytes: Uint8Array;
}

/** What it answers. Null: it holds no article. */
export type ArticleMessage = { readonly html: string; readonly title: string | undefined } | null;
