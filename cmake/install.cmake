# install.cmake: what `cmake --install` puts where, besides the programs themselves (their rooms say that).
#
#   bin/tocsind  bin/tocsin-press  bin/tocsin  share/man/man8/tocsind.8  share/man/man1/tocsin.1
#   share/tocsin/{web,exercises}   include/tocsin/   share/doc/tocsin/
# web/dist is built by npm (./dev build, docker/Dockerfile); without it there is nothing to serve, and we say so.
install(DIRECTORY server/exercises/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tocsin/exercises OPTIONAL
  FILES_MATCHING PATTERN "*.json")
install(DIRECTORY include/tocsin/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tocsin FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(CODE "
  if(EXISTS \"${CMAKE_SOURCE_DIR}/web/dist/index.html\")
    file(INSTALL \"${CMAKE_SOURCE_DIR}/web/dist/\" DESTINATION
      \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/tocsin/web\")
  else()
    message(WARNING \"web/dist is not built: run npm ci --ignore-scripts && npm run build in web/, then install again\")
  endif()")
