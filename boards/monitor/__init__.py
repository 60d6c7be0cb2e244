"""Looking on at a running armband: source, scope and view make pictures; terminal and page show them.

    source    lines of the run's control socket, through reconnects     keeper   starts a run where none is
    scope     packets to traces                                         hub      the newest picture, for many
    view      lines to pictures                                         terminal, server + page/   show them
    lesson    a calibration led from a page                             guard    who may speak to the server
    teach     starts the lesson's process and hands over                tutor    that process
    session   joins them all                                            measure  what looking on costs

The run that decides is another process: nothing here is on its way, and what is slow here only shows less.
"""
