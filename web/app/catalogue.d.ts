declare module "tocsin:hasher" {
	/** Address of the worker's script. */
	const address: string;
	export default address;
}
declare module "*.wasm" {
	const bytes: Uint8Array;
	export default bytes;
}
declare module "tocsin:catalogue" {
	const catalogue: import("../core/form.js").Catalogue;
	export default catalogue;
}
