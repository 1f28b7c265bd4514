/* schema.c: `tocsin schema`: the JSON Schema of one message type or of all, or the socket as an AsyncAPI document,
 * from the tables that are built in. */
#include "cli/cli.h"
#include "message/catalogue.h"
#include "message/json.h"

int cli_schema(const struct cli *cli)
{
	const struct toc_message_type *type = NULL;
	if (cli->line.operand && !(type = toc_message_type_find(toc_str_of(cli->line.operand)))) {
		cli_complain(cli, 0, "%s: there is no such message type. There are:", cli->line.operand);
		for (size_t i = 0; (type = toc_message_type_at(i)); i++)
			fprintf(stderr, "  %-12s%s\n", toc_message_type_name(type),
				toc_message_type_title(type));
		return CLI_EXIT_USAGE;
	}
	struct toc_arena *a = toc_arena_new();
	struct toc_value *schema = cli->line.value[CLI_OPT_ASYNCAPI] ? toc_message_asyncapi(a) : toc_message_schema(a, type);
	if (cli->json)
		printf("%.*s\n", TOC_STR_ARGS(toc_json_str(a, schema)));
	else
		term_json(&cli->out, schema);
	toc_arena_free(a);
	return CLI_EXIT_OK;
}
