/**
 * Gmail's search syntax as a tree: `from:anna (invoice OR receipt) -is:read "grand total" {has:attachment larger:1M}`.
 * Nothing is an error, as in Gmail: what is no operator is searched as words.
 */

export type SearchNode =
  | { readonly type: 'and'; readonly nodes: readonly SearchNode[] }
  | { readonly type: 'or'; readonly nodes: readonly SearchNode[] }
  | { readonly type: 'not'; readonly node: SearchNode }
  /** Words of the mail; `exact` when they were quoted. */
  | { readonly type: 'text'; readonly text: string; readonly exact: boolean }
  | { readonly type: 'operator'; readonly name: SearchOperator; readonly value: string; readonly exact: boolean }

const SEARCH_OPERATORS = [
  'from',
  'to',
  'cc',
  'bcc',
  'deliveredto',
  'subject',
  'label',
  'category',
  'in',
  'is',
  'has',
  'filename',
  'list',
  'after',
  'newer',
  'before',
  'older',
  'newer_than',
  'older_than',
  'larger',
  'smaller',
  'size',
  'rfc822msgid',
] as const

export type SearchOperator = (typeof SEARCH_OPERATORS)[number]

type Token =
  | { readonly type: '(' | ')' | '{' | '}' | 'or' | 'and' | 'not' }
  | { readonly type: 'term'; readonly text: string; readonly exact: boolean }
  | { readonly type: 'operator'; readonly name: SearchOperator }

const SPACE = /\s+/y
const QUOTED = /["“”]([^"“”]*)(?:["“”]|$)/y
const OPERATOR = /([a-z0-9_]+):(?=\S)/iy
const WORD = /[^\s(){}"“”]+/y

/** Reads a query. An empty one is an `and` of nothing, which every mail satisfies. */
export function parseSearch(query: string): SearchNode {
  return new Parser(tokens(query)).query()
}

function tokens(query: string): Token[] {
  const found: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const result = pattern.exec(query) ?? undefined
    if (result !== undefined) at = pattern.lastIndex
    return result
  }
  while (at < query.length) {
    if (match(SPACE) !== undefined) continue
    const character = query.charAt(at)
    if (character === '(' || character === ')' || character === '{' || character === '}') {
      found.push({ type: character })
      at++
      continue
    }
    if (character === '-' && /\S/.test(query.charAt(at + 1))) {
      found.push({ type: 'not' })
      at++
      continue
    }
    if (character === '+' && /\S/.test(query.charAt(at + 1))) {
      at++
      continue
    }
    const quoted = match(QUOTED)
    if (quoted !== undefined) {
      found.push({ type: 'term', text: quoted[1] ?? '', exact: true })
      continue
    }
    const before = at
    const name = match(OPERATOR)?.[1]?.toLowerCase()
    if (name !== undefined && isOperator(name)) {
      found.push({ type: 'operator', name })
      continue
    }
    at = before
    const word = match(WORD)?.[0] ?? ''
    if (word === 'OR' || word === '|') found.push({ type: 'or' })
    else if (word === 'AND') found.push({ type: 'and' })
    else found.push({ type: 'term', text: word, exact: false })
  }
  return found
}

function isOperator(name: string): name is SearchOperator {
  return (SEARCH_OPERATORS as readonly string[]).includes(name)
}

/** In Gmail, OR binds tighter than the space between terms: `a b OR c` is `a` and one of `b`, `c`. */
class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  query(): SearchNode {
    const nodes: SearchNode[] = []
    while (this.#at < this.#tokens.length) {
      const before = this.#at
      nodes.push(...this.#conjunction())
      // A closing bracket that nothing opened.
      if (this.#at === before) this.#at++
    }
    return group('and', nodes)
  }

  #conjunction(): SearchNode[] {
    const nodes: SearchNode[] = []
    while (this.#at < this.#tokens.length && !this.#sees(')') && !this.#sees('}')) {
      const node = this.#disjunction()
      if (node !== undefined) nodes.push(node)
    }
    return nodes
  }

  #disjunction(): SearchNode | undefined {
    const alternatives = [this.#term()]
    while (this.#sees('or')) {
      this.#at++
      alternatives.push(this.#term())
    }
    const given = alternatives.filter((node) => node !== undefined)
    return given.length === 0 ? undefined : group('or', given)
  }

  #term(): SearchNode | undefined {
    const token = this.#tokens[this.#at]
    if (token === undefined || token.type === ')' || token.type === '}') return undefined
    if (token.type === 'or') return undefined
    this.#at++
    switch (token.type) {
      case 'and':
        return undefined
      case 'not': {
        const node = this.#term()
        return node === undefined ? undefined : { type: 'not', node }
      }
      case '(':
      case '{':
        return this.#group(token.type)
      case 'operator':
        return this.#operand(token.name)
      case 'term':
        return { type: 'text', text: token.text, exact: token.exact }
    }
  }

  #group(open: '(' | '{'): SearchNode {
    const nodes = this.#conjunction()
    this.#at++
    return group(open === '(' ? 'and' : 'or', nodes)
  }

  /** `from:(a b)` and `from:{a b}` apply the operator to each of the words. */
  #operand(name: SearchOperator): SearchNode | undefined {
    const node = this.#term()
    return node === undefined ? undefined : applied(name, node)
  }

  #sees(type: Token['type']): boolean {
    return this.#tokens[this.#at]?.type === type
  }
}

function applied(name: SearchOperator, node: SearchNode): SearchNode {
  switch (node.type) {
    case 'text':
      return { type: 'operator', name, value: node.text, exact: node.exact }
    case 'not':
      return { type: 'not', node: applied(name, node.node) }
    case 'and':
    case 'or':
      return { type: node.type, nodes: node.nodes.map((child) => applied(name, child)) }
    case 'operator':
      return node
  }
}

function group(type: 'and' | 'or', nodes: readonly SearchNode[]): SearchNode {
  const only = nodes[0]
  return nodes.length === 1 && only !== undefined ? only : { type, nodes }
}
