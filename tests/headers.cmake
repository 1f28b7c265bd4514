# headers.cmake: every header compiles alone and twice: it includes what it needs and has a guard.
#
#   cmake -DSOURCE=<checkout> -DCOMPILER=<cc> -DFLAGS=<list> -P tests/headers.cmake
cmake_policy(VERSION 3.25)
file(GLOB_RECURSE headers RELATIVE ${SOURCE} ${SOURCE}/server/*.h ${SOURCE}/include/*.h)
list(SORT headers)
set(bad 0)
list(REMOVE_ITEM FLAGS "")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "^(server|include)/" "" name ${header})
  string(CONCAT probe "printf '#include \"${name}\"\\n#include \"${name}\"\\n' | "
    "'${COMPILER}' -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only "
    "-I'${SOURCE}/server' -I'${SOURCE}/include' $* -x c -")
  execute_process(COMMAND sh -c "${probe}" sh ${FLAGS} RESULT_VARIABLE result ERROR_VARIABLE error)
  if(result)
    message("FAILED ${header}\n${error}")
    math(EXPR bad "${bad} + 1")
  endif()
endforeach()
list(LENGTH headers n)
if(bad)
  message(FATAL_ERROR "${bad} of ${n} headers do not compile alone")
endif()
message("ok ${n} headers compile alone")
