// Writes the JSON Schema of a spec, which is part of the package.
import { mkdirSync, writeFileSync } from 'node:fs'
import { inRepository } from '../test/helpers/repository.js'
import { specJsonSchema } from './specJsonSchema.js'

mkdirSync(inRepository('schema'), { recursive: true })
writeFileSync(inRepository('schema', 'linkwright.schema.json'), specJsonSchema())
