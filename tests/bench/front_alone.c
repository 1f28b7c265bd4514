/* front_alone.c: a front with us around it, for counting its instructions (instructions.mjs).
 *
 *   front_alone CLIENTS MESSAGES BURST BYTES
 * We are its keeper and its clients (tests/unit/front/peer.c): BURST entries are published, every client takes them, and
 * the next ones follow. Prints the front's process number. */
#include "ipc/wire.h"
#include "unit/front/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: front_alone CLIENTS MESSAGES BURST BYTES\n");
		return 2;
	}
	int n = atoi(argv[1]), messages = atoi(argv[2]), burst = atoi(argv[3]), bytes = atoi(argv[4]);
	struct client **c = calloc((size_t)n, sizeof *c);
	char *json = malloc((size_t)bytes + 1);
	int head = snprintf(json, (size_t)bytes, "{\"op\":\"entry\",\"x\":\"");

	memset(json + head, 'x', (size_t)(bytes - head));
	memcpy(json + bytes - 2, "\"}", 3);
	struct front f = front_start("{}");
	printf("%d\n", (int)f.pid);
	fflush(stdout);
	front_ready(&f);
	front_tip(&f, 0);
	for (int i = 0; i < n; i++) {
		c[i] = socket_open(&f, SUBPROTOCOL BEARER);
		socket_hello(&f, c[i], "{\"op\":\"hello\"}", i % 2 ? "NORTH" : "SOUTH", 1);
	}
	for (int at = 0; at < messages; at += burst) {
		struct toc_buf all;
		toc_buf_init(&all, 1u << 24);
		for (int k = 0; k < burst; k++) { /* in one write, as a keeper's batch comes */
			toc_ipc_begin(&f.out, TOC_IPC_PUBLISH);
			toc_ipc_u64(&f.out, (uint64_t)(at + k));
			toc_ipc_id(&f.out, (struct toc_uuid){ { (uint8_t)k, 1 } });
			toc_ipc_u8(&f.out, 1);
			toc_ipc_u16(&f.out, 2);
			toc_ipc_str(&f.out, TOC_STR("NORTH"));
			toc_ipc_u32(&f.out, 1);
			toc_ipc_str(&f.out, TOC_STR("SOUTH"));
			toc_ipc_u32(&f.out, 1);
			toc_ipc_u8(&f.out, 0);
			toc_ipc_str(&f.out, (struct toc_str){ json, (size_t)bytes });
			if (toc_ipc_finish(&f.out, TOC_IPC_FRAME_MAX) < 0)
				return 1;
			toc_buf_str(&all, toc_buf_view(&f.out));
		}
		if (send(f.keeper, all.p, all.n, MSG_NOSIGNAL) != (ssize_t)all.n)
			return 1;
		toc_buf_done(&all);
		for (int i = 0; i < n; i++)
			for (int k = 0; k < burst; k++)
				if (!socket_next(c[i]))
					return 1;
	}
	for (int i = 0; i < n; i++)
		client_free(c[i]);
	front_stop(&f);
	return 0;
}
