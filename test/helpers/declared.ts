import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { inRepository } from './repository.js'

function statementsOf(path: string): readonly ts.Statement[] {
  return ts.createSourceFile(path, readFileSync(inRepository(path), 'utf8'), ts.ScriptTarget.Latest).statements
}

/** The names of the properties that an interface declares itself. */
export function propertiesDeclared(path: string, name: string): string[] {
  const found = statementsOf(path).find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name)
  if (!found || !ts.isInterfaceDeclaration(found)) throw new Error(`${path} declares no interface ${name}`)
  return found.members.flatMap(({ name: member }) => (member && ts.isIdentifier(member) ? [member.text] : []))
}

/** The texts that a type is a union of, or that a property of the objects of a union can have. */
export function textsDeclared(path: string, name: string): string[] {
  const found = statementsOf(path).find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === name)
  if (!found) throw new Error(`${path} declares no type ${name}`)
  const texts: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) texts.push(node.literal.text)
    else node.forEachChild(visit)
  }
  visit(found)
  return texts
}
