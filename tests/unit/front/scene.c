/* scene.c: see scene.h. */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct front f;

void begin_with(const char *limits)
{
	f = front_start(limits);
	front_ready(&f);
}

void begin(uint64_t tip)
{
	begin_with("{}");
	front_tip(&f, tip);
}

void end(void)
{
	front_stop(&f);
}

struct client *welcomed(const char *org, uint64_t *ret_conn)
{
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	uint64_t conn = socket_hello(&f, c, HELLO, org, 1);

	if (ret_conn)
		*ret_conn = conn;
	return c;
}

const char *ask(struct client *c, const char *request, const char **ret_head)
{
	client_text(c, request);
	return client_answer(c, ret_head);
}

bool says(const char *text, const char *part)
{
	bool yes = text && strstr(text, part);

	if (!yes)
		printf("  \"%s\" is not in: %.300s\n", part, text ? text : "(nothing)");
	return yes;
}

const char *entry(uint64_t seq)
{
	static char text[128];

	snprintf(text, sizeof text, "{\"op\":\"entry\",\"seq\":%llu}", (unsigned long long)seq);
	return text;
}

char *long_message(size_t n)
{
	static const char begin_of[] = "{\"op\":\"send\",\"ref\":1,\"message\":{\"a\":\"", end_of[] = "\"}}";
	char *p = malloc(n + 1);

	memset(p, 'x', n);
	p[n] = 0;
	memcpy(p, begin_of, sizeof begin_of - 1);
	memcpy(p + n - (sizeof end_of - 1), end_of, sizeof end_of - 1);
	return p;
}
