/* bad.c: crosses three lines, so that tests/layers.cmake can be seen to notice. Never compiled. */
#include "base/value.h"
#include "store/store.h"
#include <json-c/json.h>
#include <sys/socket.h>
