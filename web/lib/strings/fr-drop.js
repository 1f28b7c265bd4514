// @ts-check
/* Français. */

export default {
	"drop.title": "Déposez des fichiers ici ou choisissez-les",
	"drop.stays": "Les fichiers restent sur cet ordinateur : leurs empreintes sont calculées ici et seules les empreintes sont envoyées. Rien n’est ouvert ni affiché.",
	"drop.choose": "Choisir des fichiers",
	"drop.types": "Types d’empreintes partagées",
	"drop.below": "Les empreintes figurent dans la liste ci-dessous. Vérifiez-les, puis indiquez une seule fois pour toutes ce qu’elles sont.",
	"drop.reading": "Lecture de {name}",
	"drop.read": "{name} : les empreintes sont dans la liste",
	"drop.cancel": "Arrêter la lecture de {name}",
	"drop.forget": "Retirer {name} de cette liste ; ses empreintes restent ci-dessous",
	"drop.failed": "illisible, rien n’a été ajouté",
	"drop.empty": "est vide : son empreinte serait celle de tout fichier vide, rien n’a été ajouté",
	"drop.full": "{n, plural, one {Une empreinte ne tient plus dans ce message. Envoyez-le d’abord, puis déposez de nouveau le fichier.} other {# empreintes ne tiennent plus dans ce message. Envoyez-le d’abord, puis déposez de nouveau les fichiers.}}",
	"drop.plain.no_picture": "pas une image, empreintes exactes seulement",
	"drop.plain.unreadable": "image illisible ici, empreintes exactes seulement",
	"drop.plain.too_large": "trop grande pour PDQ, empreintes exactes seulement",
	"drop.plain.poor": "image trop pauvre pour PDQ, empreintes exactes seulement",
};
