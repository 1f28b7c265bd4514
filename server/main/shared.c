/* shared.c: files and programs that come with this one. See house.h. */
#include "main/house.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool toc_shared_file(const char *name, char ret_path[PATH_MAX])
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n > 0) {
		exe[n] = '\0';
		for (int up = 0; up < 2; up++) { /* …/bin/tocsind → … */
			char *slash = strrchr(exe, '/');
			if (slash)
				*slash = '\0';
		}
		if (snprintf(ret_path, PATH_MAX, "%s/share/tocsin/%s", exe, name) < PATH_MAX && access(ret_path, R_OK) == 0)
			return true;
	}
#ifdef TOC_SOURCE_DIR
	const char *in_checkout = !strcmp(name, "web") ? "web/dist" : NULL;
	int wrote = in_checkout ? snprintf(ret_path, PATH_MAX, "%s/%s", TOC_SOURCE_DIR, in_checkout) :
	                          snprintf(ret_path, PATH_MAX, "%s/server/%s", TOC_SOURCE_DIR, name);
	return wrote < PATH_MAX && access(ret_path, R_OK) == 0;
#else
	return false;
#endif
}

bool toc_shared_program(const char *room, const char *name, char ret_path[PATH_MAX])
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	char *slash = n > 0 ? (exe[n] = '\0', strrchr(exe, '/')) : NULL;
	if (!slash)
		return false;
	*slash = '\0';
	if (snprintf(ret_path, PATH_MAX, "%s/%s", exe, name) < PATH_MAX && access(ret_path, X_OK) == 0)
		return true;
	return snprintf(ret_path, PATH_MAX, "%s/../%s/%s", exe, room, name) < PATH_MAX && access(ret_path, X_OK) == 0;
}
