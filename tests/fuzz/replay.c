/* replay.c: runs a fuzzer's function over the files of a folder, once each, without libFuzzer: ctest's way to
 * see that what was found before stays fixed. Each input is copied to memory of exactly its size, for the
 * address sanitizer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	long n = -1;
	uint8_t *data = NULL;

	if (f && fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0 &&
	    (data = malloc(n ? (size_t)n : 1)) != NULL) {
		rewind(f);
		if (fread(data, 1, (size_t)n, f) == (size_t)n)
			LLVMFuzzerTestOneInput(data, (size_t)n);
		else
			n = -1;
	}
	if (n < 0)
		fprintf(stderr, "replay: cannot read %s\n", path);
	free(data);
	if (f)
		fclose(f);
	return n < 0;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	char path[4096];
	unsigned passed = 0, failed = 0;

	if (!folder) {
		fprintf(stderr, "use: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
		int bad = replay(path);
		printf("%s %s\n", bad ? "FAILED" : "ok", entry->d_name);
		bad ? failed++ : passed++;
	}
	closedir(folder);
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0 || passed == 0;
}
