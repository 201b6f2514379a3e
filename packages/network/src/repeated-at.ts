import type { CardRemark } from "@postern/policy";

/** What stands in a list for the second time: one of the two was meant to be something else. */
export function* repeatedAt(list: readonly (string | number)[], path: CardRemark["path"]): Generator<CardRemark> {
  for (const [index, each] of list.entries()) {
    if (list.indexOf(each) < index) yield { path: [...path, index], weight: "refuse", message: "stands here for the second time" };
  }
}
