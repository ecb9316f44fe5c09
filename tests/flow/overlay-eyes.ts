import type { CDPSession, Page } from 'playwright-core'

interface Node {
  nodeName: string
  nodeValue?: string
  attributes?: string[]
  children?: Node[]
  shadowRoots?: (Node & { shadowRootType?: string })[]
  contentDocument?: Node
}

/** Sees the overlay as the clerk does. It stands in a closed shadow root, where only the DevTools protocol looks. */
export class OverlayEyes {
  private readonly session: CDPSession

  private constructor(session: CDPSession) {
    this.session = session
  }

  static async open(page: Page): Promise<OverlayEyes> {
    return new OverlayEyes(await page.context().newCDPSession(page))
  }

  /** All that the overlay says; nothing where there is none. */
  async text(): Promise<string> {
    const { root } = (await this.session.send('DOM.getDocument', { depth: -1, pierce: true })) as unknown as { root: Node }
    const card = closedRoots(root).flatMap((shadow) => all(shadow)).find((node) => attribute(node, 'role') === 'dialog')
    return card === undefined ? '' : wordsOf(card).join(' ').replaceAll(/\s+/g, ' ')
  }
}

function all(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(all), ...(node.shadowRoots ?? []).flatMap(all), ...(node.contentDocument === undefined ? [] : all(node.contentDocument))]
}

function closedRoots(root: Node): Node[] {
  return all(root).flatMap(({ shadowRoots = [] }) => shadowRoots.filter(({ shadowRootType }) => shadowRootType === 'closed'))
}

function attribute({ attributes = [] }: Node, name: string): string | undefined {
  const at = attributes.indexOf(name)
  return at < 0 || at % 2 === 1 ? undefined : attributes[at + 1]
}

function wordsOf(node: Node): string[] {
  return [node.nodeName === '#text' ? (node.nodeValue ?? '') : '', ...(node.children ?? []).flatMap(wordsOf)]
}
