// @ts-check
/* nodes.js: where the other nodes of the deployment are, as their operators say. */

const MOST = 8;

/** Where the other nodes are: origins, https alone, not many. @param {any} said by the welcome @returns {string[]} */
export function nodesOf(said) {
	const found = new Set();
	for (const text of Array.isArray(said) ? said : [])
		try {
			const url = new URL(text);
			if (url.protocol === "https:" && !url.username && !url.password && url.pathname === "/" && !url.search && !url.hash)
				found.add(url.origin);
		} catch {
			/* no address */
		}
	return /** @type {string[]} */ ([...found].slice(0, MOST));
}
