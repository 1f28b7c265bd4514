/* test_state.c: the state directory and the keys in it. */
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "main/keys.h"
#include "main/state.h"

static char dir[64];
static struct toc_error error;
static struct toc_state state;

static void begin(void)
{
	strcpy(dir, "/tmp/tocsin-state-XXXXXX");
	if (!mkdtemp(dir))
		abort();
	error = (struct toc_error){ 0 };
}
static void end(void)
{
	char command[128];
	toc_state_close(&state);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	CHECK_INT(system(command), 0);
}
static unsigned mode_of(const char *name)
{
	struct stat st;
	char *path = toc_state_path(&state, name);
	CHECK_INT(stat(path, &st), 0);
	free(path);
	return st.st_mode & 07777;
}

CASE(a_directory_is_made_with_those_above_it)
{
	char deep[96];
	begin();
	snprintf(deep, sizeof deep, "%s/a/b", dir);
	CHECK_INT(toc_state_open(&state, deep, &error), 0);
	CHECK_INT(mode_of("lock"), 0644);
	end();
}

CASE(two_servers_cannot_have_the_same_directory)
{
	struct toc_state second;
	char pid[16];
	begin();
	CHECK_INT(toc_state_open(&state, dir, &error), 0);
	CHECK_INT(toc_state_open(&second, dir, &error), TOC_ECONFLICT);
	snprintf(pid, sizeof pid, "process %d", (int)getpid());
	CHECK(strstr(error.text, pid) != NULL);
	toc_state_close(&state);
	CHECK_INT(toc_state_open(&state, dir, &error), 0);
	end();
}

CASE(a_file_in_the_way_is_named)
{
	begin();
	char path[96];
	snprintf(path, sizeof path, "%s/file", dir);
	CHECK_INT(toc_file_write(path, 0600, "x", 1, &error), 0);
	CHECK_INT(toc_state_open(&state, path, &error), TOC_EIO);
	CHECK(strstr(error.text, path) != NULL && strstr(error.text, "--state") != NULL);
	end();
}

CASE(keys_are_made_once_and_stay)
{
	static struct toc_keys first, second;
	struct toc_rights me = toc_rights_of_part("x", 0);
	me = (struct toc_rights){ geteuid(), getegid(), (gid_t)-1 };
	begin();
	CHECK_INT(toc_state_open(&state, dir, &error), 0);
	CHECK_INT(toc_state_folder(&state, "keys", 0700, me, &error), 0);
	CHECK_INT(mode_of("keys"), 0700);
	CHECK_INT(toc_keys_open(&first, &state, me, "", "", &error), 0);
	CHECK_INT(toc_keys_open(&second, &state, me, "", "", &error), 0);
	CHECK_INT(first.n_wrap, 1);
	CHECK_INT(second.n_wrap, 1);
	CHECK(toc_uuid_eq(first.wrap[0].id, second.wrap[0].id));
	CHECK(!memcmp(first.wrap[0].key, second.wrap[0].key, 32));
	CHECK(!memcmp(first.dup, second.dup, 32));
	CHECK(!memcmp(first.journal, second.journal, 32));
	CHECK(memcmp(first.journal, second.dup, 32) != 0);
	CHECK(memcmp(first.grant, second.grant, 32) != 0); /* of this process only */
	CHECK_INT(mode_of("keys/dup.key"), 0600);
	end();
}

CASE(a_damaged_key_is_never_replaced)
{
	static struct toc_keys keys;
	struct toc_rights me = { geteuid(), getegid(), (gid_t)-1 };
	begin();
	CHECK_INT(toc_state_open(&state, dir, &error), 0);
	CHECK_INT(toc_state_folder(&state, "keys", 0700, me, &error), 0);
	char *path = toc_state_path(&state, "keys/dup.key");
	CHECK_INT(toc_file_write(path, 0600, "damaged\n", 8, &error), 0);
	CHECK_INT(toc_keys_open(&keys, &state, me, "", "", &error), TOC_EINVAL);
	CHECK(strstr(error.text, path) != NULL && strstr(error.text, "backup") != NULL);
	free(path);
	end();
}

CASE(a_folder_that_others_cannot_enter_is_named)
{
	struct toc_rights stranger = { 64999, 64999, (gid_t)-1 };
	char deep[96];
	begin(); /* mkdtemp makes 0700 */
	snprintf(deep, sizeof deep, "%s/state", dir);
	CHECK_INT(toc_state_open(&state, deep, &error), 0);
	CHECK_INT(toc_state_reachable(&state, stranger, &error), TOC_EIO);
	CHECK(strstr(error.text, dir) != NULL);
	CHECK_INT(chmod(dir, 0711), 0);
	CHECK_INT(toc_state_reachable(&state, stranger, &error), 0);
	end();
}

RUN_CASES()
