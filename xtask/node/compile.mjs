// Compiles every page of some folders with the official MDX compiler, and looks for anything in it that is not text.
//
//   node compile.mjs FOLDER...
//
// Each page is compiled bare and with the plugins that sites use (front matter, tables), because a text that is inert
// under one reading may be code under another. A page passes when it compiles, when its syntax tree holds no expression,
// import, export, JSX or HTML, and when running the compiled module gives nothing but plain elements and harmless links.

import {readFile, readdir} from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import {createProcessor, run} from '@mdx-js/mdx'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'

const readings = {
  bare: [],
  frontmatter: [remarkFrontmatter],
  'frontmatter and gfm': [remarkFrontmatter, remarkGfm]
}

const code = new Set([
  'html', 'mdxFlowExpression', 'mdxJsxFlowElement', 'mdxJsxTextElement', 'mdxTextExpression', 'mdxjsEsm'
])

const elements = new Set(
  ('a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img input li ol p pre section strong sup table tbody td th thead ' +
    'tr ul').split(' ')
)

/** Finds nodes that are code. */
function findCode() {
  return (tree, file) => {
    const walk = (node) => {
      if (code.has(node.type)) {
        file.fail(`${node.type}: ${JSON.stringify(node.value ?? node.name ?? '')}`, node)
      }

      for (const child of node.children ?? []) walk(child)
    }

    walk(tree)
  }
}

/** A JSX runtime that checks instead of drawing. */
function runtime(complain) {
  const jsx = (type, props) => {
    if (typeof type === 'function') return type(props)
    if (type !== runtime.fragment && !elements.has(type)) complain(`element ${String(type)}`)
    for (const [key, value] of Object.entries(props ?? {})) {
      if (/^on/i.test(key) || key === 'dangerouslySetInnerHTML') complain(`property ${key}`)
      if ((key === 'href' || key === 'src') && !harmless(String(value))) complain(`${key}=${value}`)
    }

    return null
  }

  return {Fragment: runtime.fragment, jsx, jsxs: jsx}
}

runtime.fragment = Symbol('fragment')

/** Says whether following an address runs nothing. */
function harmless(address) {
  const scheme = /^[\s\u0000-\u001F]*([a-z][a-z\d+.-]*):/i.exec(address)
  return !scheme || ['http', 'https', 'mailto', 'tel'].includes(scheme[1].toLowerCase())
}

async function check(text, remarkPlugins) {
  const complaints = []
  const processor = createProcessor({outputFormat: 'function-body', remarkPlugins: [...remarkPlugins, findCode]})
  try {
    const compiled = String(await processor.process(text))
    const options = runtime((complaint) => complaints.push(complaint))
    const {default: Content, ...exported} = await run(compiled, {...options, baseUrl: import.meta.url})
    for (const name of Object.keys(exported)) complaints.push(`exports ${name}`)
    Content({})
  } catch (error) {
    complaints.push(error.reason ?? String(error))
  }

  return complaints
}

async function* pages(folder) {
  for (const entry of await readdir(folder, {recursive: true, withFileTypes: true})) {
    if (entry.isFile() && /\.mdx?$/.test(entry.name)) yield path.join(entry.parentPath ?? entry.path, entry.name)
  }
}

let passed = 0
let failed = 0
for (const folder of process.argv.slice(2)) {
  let found = 0
  for await (const page of pages(folder)) {
    found++
    const text = await readFile(page, 'utf8')
    const complaints = []
    for (const [name, plugins] of Object.entries(readings)) {
      for (const complaint of await check(text, plugins)) complaints.push(`${name}: ${complaint}`)
    }

    if (complaints.length === 0) {
      passed++
    } else {
      failed++
      console.error(`${page}\n  ${complaints.join('\n  ')}`)
    }
  }

  if (found === 0) {
    failed++
    console.error(`${folder}: no pages`)
  }
}

console.log(`mdx: ${passed} pages compile to text alone, ${failed} do not`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
