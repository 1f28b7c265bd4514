/* throwaway.c: see throwaway.h. */
#include "contract/throwaway.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/tocsin-test-XXXXXX";
static bool made;
static struct toc_cluster *cluster;
static pid_t owner; /* children that exit leave it alone */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void throwaway_end(void)
{
	if (getpid() != owner)
		return;
	if (cluster) {
		if (toc_cluster_pid(cluster))
			signal_all(toc_cluster_pid(cluster), SIGCONT);
		toc_cluster_stop(cluster);
	}
	cluster = NULL;
	if (made)
		(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	made = false;
}

const char *throwaway_dir(void)
{
	if (!made) {
		strcpy(dir + sizeof dir - 7, "XXXXXX");
		if (!mkdtemp(dir) || chmod(dir, 0755) < 0) {
			perror(dir);
			exit(2);
		}
		made = true;
		if (!owner)
			atexit(throwaway_end);
		owner = getpid();
	}
	return dir;
}

struct toc_cluster *throwaway_cluster(void)
{
	struct toc_cluster_options options = { .state_dir = throwaway_dir() };
	struct toc_error err;

	if (!cluster && toc_cluster_start(&options, &cluster, &err) < 0) {
		fprintf(stderr, "throw-away cluster: %s\n", err.text);
		exit(2);
	}
	return cluster;
}

static pid_t parent_of(pid_t pid)
{
	char path[64], stat[512] = "";
	int parent = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	size_t n = fread(stat, 1, sizeof stat - 1, f);
	fclose(f);
	stat[n] = 0;
	char *end = strrchr(stat, ')'); /* "pid (name) state parent …", and a name may hold anything */
	if (end)
		sscanf(end, ") %*c %d", &parent);
	return (pid_t)parent;
}

void signal_all(pid_t postmaster, int signal)
{
	DIR *d = opendir("/proc");

	if (postmaster <= 1)
		return;
	kill(postmaster, signal); /* first: it makes no more children */
	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
		if (pid > 1 && parent_of(pid) == postmaster)
			kill(pid, signal);
	}
	if (d)
		closedir(d);
}
