/** What the article worker is asked. */
export interface ArticleJob {
  /** As `simpleHtml` writes it. */
  readonly html: string;
}

/** What it answers. Null: it holds no article. */
export type ArticleMessage = { readonly html: string; readonly title: string | undefined } | null;
