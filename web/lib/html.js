// @ts-check
/* html.js: markup as tagged templates. htm builds nodes; text is never parsed as markup. */

import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
