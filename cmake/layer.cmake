# layer.cmake: a room of server/ is a CMake target, and what it may use is written down with it.
#
#   toc_layer(domain SOURCES state.c apply.c MAY_USE base hash LIBRARIES ...)
#
# MAY_USE names rooms; LIBRARIES names imported targets. tests/layers.cmake reads the same declarations (a generated
# list) and fails, naming file and include, when an #include crosses a line.
set_property(GLOBAL PROPERTY TOC_LAYERS "")

function(toc_layer name)
  cmake_parse_arguments(L "" "" "SOURCES;MAY_USE;LIBRARIES" ${ARGN})
  add_library(toc_${name} STATIC ${L_SOURCES})
  target_link_libraries(toc_${name} PUBLIC toc_flags ${L_LIBRARIES})
  foreach(room IN LISTS L_MAY_USE)
    target_link_libraries(toc_${name} PUBLIC toc_${room})
  endforeach()
  string(REPLACE ";" "," uses "${L_MAY_USE}")
  set_property(GLOBAL APPEND PROPERTY TOC_LAYERS "${name}:${uses}")
endfunction()
