/* rights.c: see rights.h. Source: credentials(7), prctl(2), "Setuid Demystified" (check that it cannot be undone). */
#include "main/rights.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The range that systemd's dynamic users have: never given to a person, always inside a container's 65536. */
#define PARTS_FIRST 64700
#define PARTS_LAST 65100

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true /* the leak checker traces its own process */
#else
#define SANITIZED false
#endif

int toc_rights_find(const char *name, struct toc_rights *ret_rights)
{
	const struct passwd *p = getpwnam(name);
	if (!p)
		return TOC_ENOTFOUND;
	*ret_rights = (struct toc_rights){ p->pw_uid, p->pw_gid, (gid_t)-1 };
	return 0;
}

struct toc_rights toc_rights_of_part(const char *part, unsigned index)
{
	struct toc_rights r = { geteuid(), getegid(), (gid_t)-1 };
	char name[64];
	if (geteuid() != 0)
		return r;
	snprintf(name, sizeof name, "tocsin-%s", part);
	if (toc_rights_find(name, &r) == 0)
		return r;
	/* the index-th free number: stable as long as the machine's users are */
	for (uid_t id = PARTS_FIRST; id < PARTS_LAST; id++)
		if (!getpwuid(id) && !getgrgid(id) && index-- == 0)
			return (struct toc_rights){ id, id, (gid_t)-1 };
	return r;
}

struct toc_value *toc_rights_write(struct toc_arena *a, struct toc_rights account)
{
	struct toc_value *user = toc_value_map(a);
	toc_set_int(a, user, "uid", account.uid);
	toc_set_int(a, user, "gid", account.gid);
	if (account.group != (gid_t)-1)
		toc_set_int(a, user, "group", account.group);
	return user;
}

static int become(const struct toc_value *user, struct toc_error *reterr)
{
	uid_t uid = (uid_t)toc_get_int(user, "uid", 0);
	gid_t gid = (gid_t)toc_get_int(user, "gid", 0), group = (gid_t)toc_get_int(user, "group", -1);
	if (uid == 0 || gid == 0)
		return toc_fail(reterr, TOC_EINVAL, "a child would keep running as root");
	if (setgroups(group != (gid_t)-1, &group) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return toc_fail(reterr, TOC_EIO, "cannot become user %u: %s", (unsigned)uid, strerror(errno));
	if (setuid(0) == 0 || geteuid() == 0 || setegid(0) == 0)
		return toc_fail(reterr, TOC_EIO, "root's rights could be regained after becoming user %u", (unsigned)uid);
	return 0;
}

int toc_rights_drop(const struct toc_value *user, unsigned files, struct toc_error *reterr)
{
	struct rlimit none = { 0, 0 }, most = { files, files };
	pid_t parent = getppid();
	int r = user ? become(user, reterr) : 0;
	if (r < 0)
		return r;
	/* after the change of user, which clears it; a parent that died before leaves us with another parent */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		return toc_fail(reterr, TOC_ECLOSED, "the parent process is gone");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || (!SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) ||
	    setrlimit(RLIMIT_CORE, &none) < 0)
		return toc_fail(reterr, TOC_EIO, "cannot give up rights: %s", strerror(errno));
	if (setrlimit(RLIMIT_NOFILE, &most) < 0) { /* the hard limit may be lower, and then that is the limit */
		(void)getrlimit(RLIMIT_NOFILE, &most);
		most.rlim_cur = most.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &most);
	}
	return 0;
}
