/* example.c: a gateway in sixty lines. Writes every entry that its organisation may read to standard output, sends machine
 * receipts for notifications, and remembers its place in the file `position`.
 *
 *   cc example.c $(pkg-config --cflags --libs tocsin) -o gateway
 *   ./gateway https://localhost:8443 ca.pem "$TOCSIN_KEY" | our-case-system
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tocsin/client.h>

struct gateway {
	struct tocsin_connection *connection;
	int ended;
};

static void on_entry(void *user, const struct tocsin_entry *e)
{
	struct gateway *g = user;
	printf("%s\n", e->json); /* one line of JSON; urgent ones have no number yet and come again when recorded */
	if (!e->urgent && strncmp(e->k, "M4.", 3) == 0)
		tocsin_receipt(g->connection, e->seq, "delivered");
}

static void on_position(void *user, long long seq)
{
	(void)user;
	FILE *f = fopen("position.new", "w");
	if (f && fprintf(f, "%lld\n", seq) > 0 && fclose(f) == 0)
		rename("position.new", "position");
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	if (*why)
		fprintf(stderr, "%s\n", why);
	((struct gateway *)user)->ended = state == TOCSIN_ENDED;
}

int main(int argc, char **argv)
{
	struct gateway g = { 0 };
	struct tocsin_error error;
	struct tocsin *t;
	long long from = TOCSIN_FROM_START;
	FILE *f = fopen("position", "r");
	if (f && (fscanf(f, "%lld", &from) != 1 || fclose(f) != 0))
		from = TOCSIN_FROM_START;
	if (argc != 4 || tocsin_new(&(struct tocsin_settings){ .ca_file = argv[2] }, &t, &error) < 0)
		return fprintf(stderr, "usage: gateway SERVER CA KEY\n"), 2;
	struct tocsin_connection_settings settings = { .server = argv[1], .key = argv[3], .from = from, .user = &g,
		.on_entry = on_entry, .on_position = on_position, .on_state = on_state };
	if (tocsin_connect(t, &settings, &g.connection, &error) < 0)
		return fprintf(stderr, "%s\n", error.text), 2;
	while (!g.ended && tocsin_step(t, 1000) == 0)
		fflush(stdout);
	tocsin_free(t);
	return 3;
}
