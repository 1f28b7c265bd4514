# layers.cmake: names every #include that crosses a line of the house (docs: cmake/layer.cmake).
#
#   cmake -DSOURCE=<checkout> -DLAYERS=<file with lines room:used,used> -P tests/layers.cmake
#
# Two rules: a room includes only itself and the rooms that its toc_layer() names; a library is named only by the
# rooms in the table below. Output: one line a room ("ok ROOM" or "FAILED FILE:LINE: why"), exit code 1 on a crossing.
cmake_policy(VERSION 3.25)

# library | pattern of its headers | who may name it: rooms or files
set(libraries
  "json-c|^json(-c/.*|\\.h|_object\\.h|_tokener\\.h|_util\\.h)|message/json.c"
  "libpq|^(libpq-fe\\.h|libpq/.*|postgresql/.*|postgres_ext\\.h)|store"
  "libwebsockets|^libwebsockets.*|front,client"
  "libcurl|^curl/.*|courier"
  "OpenSSL|^openssl/.*|base,ledger,envelope,front,client,main"
  "libuv|^uv\\.h|keeper,archive,front,courier,client,main,cli"
  "libseccomp|^seccomp\\.h|confine,front")
# no I/O, no clock, no log: the pure rooms
set(pure domain message ledger envelope hash)
set(impure "^(unistd|fcntl|poll|time|syslog|dirent|signal|pthread|netdb|sys/[a-z]+|netinet/[a-z]+|arpa/[a-z]+)\\.h$|^base/log\\.h$")

file(STRINGS ${LAYERS} lines)
set(rooms "")
foreach(line IN LISTS lines)
  if(line MATCHES "^([a-z]+):(.*)$")
    list(APPEND rooms ${CMAKE_MATCH_1})
    string(REPLACE "," ";" uses_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  endif()
endforeach()

set(bad 0)
set(n_files 0)
macro(crossing text)
  message("FAILED ${file}:${number}: ${text}")
  math(EXPR bad "${bad} + 1")
endmacro()

file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/server/*.c ${SOURCE}/server/*.h ${SOURCE}/server/*.def
  ${SOURCE}/include/*.h)
list(SORT files)
foreach(file IN LISTS files)
  math(EXPR n_files "${n_files} + 1")
  if(file MATCHES "^server/([a-z]+)/(.+)$")
    set(room ${CMAKE_MATCH_1})
    set(name "${room}/${CMAKE_MATCH_2}")
  elseif(file MATCHES "^include/tocsin/(.+)$")
    set(room client)
    set(name "client/${CMAKE_MATCH_1}")
  else()
    continue()
  endif()
  if(NOT room IN_LIST rooms)
    set(number 1)
    crossing("room ${room} has no toc_layer() of its own")
    list(APPEND rooms ${room})
    set(uses_${room} "")
    continue()
  endif()
  # a semicolon or bracket in a line would upset CMake's lists; only the lines of #include matter
  file(READ ${SOURCE}/${file} text)
  string(REGEX REPLACE "[][;]" "_" text "${text}")
  string(REPLACE "\n" ";" text "${text}")
  set(number 0)
  foreach(line IN LISTS text)
    math(EXPR number "${number} + 1")
    if(NOT line MATCHES "^[ \t]*#[ \t]*include[ \t]+[<\"]([^>\"]+)[>\"]")
      continue()
    endif()
    set(header ${CMAKE_MATCH_1})
    if(header MATCHES "^tocsin/")
      set(used client)
    elseif(header MATCHES "^([a-z]+)/[^/]+\\.(h|def|c)$" AND CMAKE_MATCH_1 IN_LIST rooms)
      set(used ${CMAKE_MATCH_1})
    elseif(header MATCHES "^(base|message|domain|ledger|hash|ipc|store|keeper|archive|signer|matcher|front|courier|main|client|cli)/")
      set(used ${CMAKE_MATCH_1})
    else()
      set(used ${room})
    endif()
    if(NOT used STREQUAL room AND NOT used IN_LIST uses_${room})
      crossing("room ${room} may not use room ${used} (${header})")
    endif()
    foreach(row IN LISTS libraries)
      string(REGEX MATCH "^([^|]+)\\|(.*)\\|([^|]+)$" row "${row}")
      set(library ${CMAKE_MATCH_1})
      set(pattern ${CMAKE_MATCH_2})
      string(REPLACE "," ";" may "${CMAKE_MATCH_3}")
      if(header MATCHES "${pattern}" AND NOT room IN_LIST may AND NOT name IN_LIST may)
        string(REPLACE ";" ", " may "${may}")
        crossing("${library} is named only in ${may} (${header})")
      endif()
    endforeach()
    if(room IN_LIST pure AND header MATCHES "${impure}")
      crossing("room ${room} does no I/O, reads no clock and logs nothing (${header})")
    endif()
  endforeach()
endforeach()

list(LENGTH rooms n_rooms)
if(bad)
  message(FATAL_ERROR "${bad} crossings in ${n_files} files")
endif()
message("ok ${n_rooms} rooms, ${n_files} files: no #include crosses a line")
