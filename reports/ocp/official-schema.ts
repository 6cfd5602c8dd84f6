import { Ajv2020 } from 'ajv/dist/2020.js';

/**
 * A check of lines by somebody else's JSON Schema, that of OCP for example, whose parts are documents of their own. Returns why a line is not
 * by it, or nothing. Throws what Ajv does where the documents are no schemas.
 */
export function checkBySchema(
  root: object,
  others: readonly object[],
): (line: unknown) => string | undefined {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  for (const each of others) ajv.addSchema(each);
  const validate = ajv.compile(root);
  return (line) => {
    if (validate(line)) return undefined;
    const [error] = validate.errors ?? [];
    return `${error?.instancePath ?? ''}: ${error?.message ?? 'not by this schema'}`;
  };
}
