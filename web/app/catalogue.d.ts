declare module "tocsin:catalogue" {
	const catalogue: import("../core/form.js").Catalogue;
	export default catalogue;
}
