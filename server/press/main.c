/* main.c: tocsin-press: started by the archive, never by hand. */
#include <stdio.h>

#include "press/press.h"

int main(void)
{
	int code = toc_press_run();

	if (code == 2)
		fprintf(stderr, "tocsin-press is a part of tocsind, and cannot be started by hand\n");
	return code;
}
