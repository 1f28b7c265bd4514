# compiler.cmake: language, warnings and hardening, once for everything.
# Source of the hardening flags: OpenSSF compiler options guide; each is used where the compiler knows it.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # _GNU_SOURCE: SO_REUSEPORT, pipe2, memfd_create
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
check_pie_supported(LANGUAGES C) # so that programs are also linked as position-independent ones
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g") # with assertions: what we test is what people try
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

option(TOC_WERROR "Warnings are errors (on in CI)" OFF)
option(TOC_RELEASE "Leave development paths (this checkout's web/dist and exercises) out of the programs" OFF)
set(TOC_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined")

add_library(toc_flags INTERFACE)
target_compile_definitions(toc_flags INTERFACE _GNU_SOURCE)
target_include_directories(toc_flags INTERFACE ${CMAKE_SOURCE_DIR}/server ${CMAKE_SOURCE_DIR}/include)

function(toc_try_flags)
  foreach(flag IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER "toc_has${flag}" var)
    check_c_compiler_flag("${flag}" ${var})
    if(${var})
      target_compile_options(toc_flags INTERFACE "${flag}")
    endif()
  endforeach()
endfunction()

toc_try_flags(-Wall -Wextra -Wformat=2 -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wimplicit-fallthrough
  -Werror=implicit -Werror=incompatible-pointer-types -Werror=int-conversion
  -Wtrampolines -Wbidi-chars=any -fno-strict-aliasing -fno-strict-overflow -fno-delete-null-pointer-checks
  -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero
  -fstrict-flex-arrays=3 -fzero-init-padding-bits=all)
target_compile_options(toc_flags INTERFACE -Werror=format-security) # the check alone would lack -Wformat
if(TOC_WERROR)
  target_compile_options(toc_flags INTERFACE -Werror)
endif()
if(TOC_SANITIZE)
  target_compile_options(toc_flags INTERFACE -fsanitize=${TOC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(toc_flags INTERFACE -fsanitize=${TOC_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug") # fortify needs an optimiser
  target_compile_options(toc_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
# Paths of the build machine stay out of the programs (reproducible builds), but debuggers still find the sources.
target_compile_options(toc_flags INTERFACE "-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")
target_link_options(toc_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
