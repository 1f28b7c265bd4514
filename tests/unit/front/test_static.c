/* test_static.c: the console's files. */
#include "check.h"
#include "scene.h"

#include <unistd.h>

CASE(the_console_is_served_from_memory)
{
	char root[] = "/tmp/tocsin-front-XXXXXX", path[128];
	static const struct {
		const char *name, *bytes;
	} files[] = {
		{ "index.html", "<!doctype html>" },
		{ "app-AB12CD34.js", "let x" },
		{ "app-AB12CD34.js.br", "BROTLI" },
		{ "app-AB12CD34.js.gz", "GZIP" },
		{ "icon.svg", "<svg/>" },
	};
	const char *head, *body;

	CHECK(mkdtemp(root) != NULL);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", root, files[i].name);
		FILE *file = fopen(path, "w");
		fputs(files[i].bytes, file);
		fclose(file);
	}
	snprintf(path, sizeof path, "%s/large.txt", root);
	FILE *file = fopen(path, "w");
	for (int i = 0; i < 100000; i++)
		fputs("0123456789", file);
	fclose(file);
	setenv("FRONT_WEB_ROOT", root, 1);
	begin(0);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", root, files[i].name);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/large.txt", root);
	unlink(path);
	rmdir(root);
	unsetenv("FRONT_WEB_ROOT");

	struct client *c = client_connect(&f);
	body = ask(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(body, "<!doctype html>"));
	CHECK(says(head, "text/html") && says(head, "Cache-Control: no-store"));
	body = ask(c, "GET /threats/123 HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(body, "<!doctype html>"));
	body = ask(c, "GET /app-AB12CD34.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br;q=0\r\n\r\n", &head);
	CHECK(says(body, "GZIP") && says(head, "Content-Encoding: gzip") && says(head, "immutable"));
	body = ask(c, "GET /app-AB12CD34.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br\r\n\r\n", &head);
	CHECK(says(body, "BROTLI") && says(head, "text/javascript"));
	body = ask(c, "GET /icon.svg HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(body, "<svg/>") && says(head, "Cache-Control: no-cache") && says(head, "ETag: \""));
	char etag[32] = "", request[256];
	sscanf(strstr(head, "ETag: ") + 6, "%30s", etag);
	snprintf(request, sizeof request, "GET /icon.svg HTTP/1.1\r\nHost: x\r\nIf-None-Match: %s\r\n\r\n", etag);
	client_text(c, request);
	CHECK(says(client_head(c), "304"));
	body = ask(c, "GET /nothing.js HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(head, "404"));
	body = ask(c, "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(strstr(body, "root:") == NULL);
	client_free(c);
	c = client_connect(&f);
	client_text(c, "GET /large.txt HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(100000);
	body = client_answer(c, &head);
	CHECK_INT(strlen(body), 1000000);
	CHECK(!strcmp(body + 999990, "0123456789"));
	client_text(c, "HEAD /large.txt HTTP/1.1\r\nHost: x\r\n\r\n");
	CHECK(says(client_head(c), "Content-Length: 1000000"));
	CHECK(says(ask(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", NULL), "alive"));
	client_free(c);
	end();
}

RUN_CASES()
