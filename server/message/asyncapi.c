/* asyncapi.c: the socket as an AsyncAPI 3.0 document: one channel, what is sent and received on it, what answers what; the
 * frames from wire.def, the messages in them from the catalogue. */
#include "message/kinds.h"

#include <string.h>

enum kind { TEXT, NUMBER, OBJECT, OBJECTS, MESSAGE, UUID, TIME, FLAG };
enum { MAY, MUST };

/* One table of rows in the order of the file: a member belongs to the frame above it. */
static const struct row {
	enum { OF_CLIENT, OF_SERVER, IS_MEMBER, IS_ANSWER } what;
	const char *name, *meaning; /* of an answer: to which op, which op */
	enum kind kind;
	bool must;
} rows[] = {
#define SAYS(op, meaning) { OF_CLIENT, #op, meaning, OBJECT, true },
#define HEARS(op, meaning) { OF_SERVER, #op, meaning, OBJECT, true },
#define MEMBER(name, kind, need, meaning) { IS_MEMBER, name, meaning, kind, need },
#define ANSWER(op, answer) { IS_ANSWER, #op, #answer, OBJECT, true },
#include "message/wire.def"
};
#define N (sizeof rows / sizeof *rows)

static struct toc_value *put(struct toc_arena *a, struct toc_value *in, const char *name)
{
	struct toc_value *v = toc_value_map(a);

	toc_set_str(a, in, toc_str_of(name), v);
	return v;
}

static struct toc_value *pointer(struct toc_arena *a, const char *where, const char *name)
{
	struct toc_value *v = toc_value_map(a);

	toc_set_text(a, v, "$ref", toc_arena_printf(a, "#/%s/%s", where, name));
	return v;
}

static struct toc_value *value_of(struct toc_arena *a, const struct row *r)
{
	static const char *const types[] = { "string", "integer", "object", "array", "object", "string", "string", "boolean" };
	struct toc_value *v = r->kind == MESSAGE ? pointer(a, "components/schemas", "message") : toc_value_map(a);

	if (r->kind == MESSAGE)
		return v;
	toc_set_cstr(a, v, "type", types[r->kind]);
	if (r->kind == UUID)
		toc_set_cstr(a, v, "format", "uuid");
	if (r->kind == TIME)
		toc_set_cstr(a, v, "format", "date-time");
	toc_set_cstr(a, v, "description", r->meaning);
	return v;
}

static struct toc_value *frame(struct toc_arena *a, size_t i)
{
	struct toc_value *message = toc_value_map(a), *payload = put(a, message, "payload"),
			 *properties = put(a, payload, "properties"), *required = toc_value_list(a),
			 *op = put(a, properties, "op");

	toc_set_cstr(a, message, "name", rows[i].name);
	toc_set_cstr(a, message, "summary", rows[i].meaning);
	toc_set_cstr(a, payload, "type", "object");
	toc_set_cstr(a, op, "const", rows[i].name);
	toc_push_text(a, required, TOC_STR("op"));
	for (size_t k = i + 1; k < N && rows[k].what == IS_MEMBER; k++) {
		toc_set(a, properties, rows[k].name, value_of(a, &rows[k]));
		if (rows[k].must)
			toc_push_text(a, required, toc_str_of(rows[k].name));
	}
	toc_set(a, payload, "required", required);
	return message;
}

static void operation(struct toc_arena *a, struct toc_value *operations, const struct row *r)
{
	struct toc_value *o = put(a, operations, r->name), *messages = toc_value_list(a), *answers = toc_value_list(a);

	/* as the server sees it */
	toc_set_cstr(a, o, "action", r->what == OF_CLIENT ? "receive" : "send");
	toc_set(a, o, "channel", pointer(a, "channels", "socket"));
	toc_set_cstr(a, o, "summary", r->meaning);
	toc_push(a, messages, pointer(a, "channels/socket/messages", r->name));
	toc_set(a, o, "messages", messages);
	for (size_t i = 0; i < N; i++)
		if (rows[i].what == IS_ANSWER && strcmp(rows[i].name, r->name) == 0)
			toc_push(a, answers, pointer(a, "channels/socket/messages", rows[i].meaning));
	if (!toc_len(answers))
		return;
	struct toc_value *reply = put(a, o, "reply");
	toc_set(a, reply, "channel", pointer(a, "channels", "socket"));
	toc_set(a, reply, "messages", answers);
}

static bool is_answer(const char *op)
{
	for (size_t i = 0; i < N; i++)
		if (rows[i].what == IS_ANSWER && strcmp(rows[i].meaning, op) == 0)
			return true;
	return false;
}

struct toc_value *toc_message_asyncapi(struct toc_arena *a)
{
	struct toc_value *v = toc_value_map(a), *info, *server, *channel, *messages, *operations, *schemas, *said, *components;

	toc_set_cstr(a, v, "asyncapi", "3.0.0");
	toc_set_cstr(a, v, "id", "urn:tocsin:v1");
	info = put(a, v, "info");
	toc_set_cstr(a, info, "title", "Tocsin, tocsin.v1");
	toc_set_cstr(a, info, "version", TOC_SCHEMA_VERSION);
	toc_set_cstr(a, info, "description",
		     "The socket of a Tocsin server: WebSocket with subprotocol tocsin.v1, JSON texts of at most 64 KiB.");
	toc_set_cstr(a, put(a, info, "license"), "name", "Apache-2.0");
	toc_set_cstr(a, v, "defaultContentType", "application/json");
	server = put(a, put(a, v, "servers"), "member");
	toc_set_cstr(a, server, "host", "{host}");
	toc_set_cstr(a, server, "protocol", "wss");
	toc_set_cstr(a, put(a, put(a, server, "variables"), "host"), "default", "localhost:8443");
	channel = put(a, put(a, v, "channels"), "socket");
	toc_set_cstr(a, channel, "address", "/socket");
	toc_set_cstr(a, channel, "description", "Everything, both ways.");
	messages = put(a, channel, "messages");
	operations = put(a, v, "operations");
	components = put(a, v, "components");
	said = put(a, components, "messages");
	for (size_t i = 0; i < N; i++) {
		if (rows[i].what != OF_CLIENT && rows[i].what != OF_SERVER)
			continue;
		toc_set(a, said, rows[i].name, frame(a, i));
		toc_set(a, messages, rows[i].name, pointer(a, "components/messages", rows[i].name));
		if (rows[i].what == OF_CLIENT || !is_answer(rows[i].name))
			operation(a, operations, &rows[i]);
	}
	schemas = toc_message_schemas(a, "#/components/schemas/", "message");
	toc_set(a, components, "schemas", schemas);
	return v;
}
