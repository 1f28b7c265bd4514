/* test_listen.c: listening sockets, ports in use, and the word to the service manager. */
#include "main/listen.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

static struct toc_error error;

CASE(several_fronts_share_one_port)
{
	int fds[3];
	uint16_t port = 0;
	CHECK_INT(toc_listen("127.0.0.1", 0, "port", 3, fds, &port, &error), 0);
	CHECK(port != 0);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

CASE(a_port_in_use_is_said_even_when_its_user_shares_it)
{
	int fds[2], more[2];
	uint16_t port, other;
	CHECK_INT(toc_listen("127.0.0.1", 0, "port", 2, fds, &port, &error), 0);
	CHECK_INT(toc_listen("127.0.0.1", port, "port", 2, more, &other, &error), TOC_ECONFLICT);
	char text[32];
	snprintf(text, sizeof text, "port %u is in use", port);
	CHECK(strstr(error.text, text) != NULL);
	close(fds[0]);
	close(fds[1]);
	CHECK_INT(toc_listen("127.0.0.1", port, "port", 1, more, &other, &error), 0);
	CHECK_INT(other, port);
	close(more[0]);
}

CASE(a_name_is_not_an_address)
{
	int fd;
	uint16_t port;
	CHECK_INT(toc_listen("localhost", 0, "port", 1, &fd, &port, &error), TOC_EINVAL);
}

CASE(readiness_reaches_the_service_manager)
{
	char dir[] = "/tmp/tocsin-notify-XXXXXX", got[32] = "";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	if (!mkdtemp(dir))
		abort();
	snprintf(at.sun_path, sizeof at.sun_path, "%s/s", dir);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	CHECK_INT(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	toc_notify("READY=1");
	CHECK_INT(recv(fd, got, sizeof got - 1, MSG_DONTWAIT), 7);
	CHECK(!strcmp(got, "READY=1"));
	unsetenv("NOTIFY_SOCKET");
	toc_notify("READY=1"); /* nobody to tell: fine */
	close(fd);
	unlink(at.sun_path);
	rmdir(dir);
}

RUN_CASES()
