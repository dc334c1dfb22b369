# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 900,600 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
0.0 180.0
1.0 126.0
2.0 99.0
3.0 90.0
EOD
$data1 << EOD
0.0 240.0
1.0 168.0
2.0 132.0
3.0 120.0
EOD
unset multiplot
reset
set encoding utf8
set minussign
set border 3 lw 1 lc rgb '#666666'
set tics nomirror scale 0.6 tc rgb '#222222'
set key noenhanced samplen 2 spacing 1.2 tc rgb '#222222'
set format '%h'
set grid lc rgb '#e4e4e4' lw 1 lt 1
set label 1 'Training of a, b' at screen 0.02, screen 0.96333 left noenhanced font ':Bold,16' tc rgb '#222222'
set label 2 'digits.train · epoch 3' at screen 0.02, screen 0.92333 left noenhanced font ',12' tc rgb '#666666'
set tmargin at screen 0.87667
set lmargin at screen 0.11111
set rmargin at screen 0.96889
set tmargin at screen 0.82667
set bmargin at screen 0.11
set label 5 'epoch' at graph 0.5, screen 0.03333 center noenhanced tc rgb '#222222'
set label 3 'nats/image' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#222222'
set logscale y
set yrange [87.3:252.0]
set ytics (90.0, 100.0, 120.0, 140.0, 160.0, 180.0, 200.0, 250.0)
set xrange [-0.06:3.06]
set xtics 0,1
set key at screen 0.11111, screen 0.88333 left top horizontal Left reverse maxcols 2 font ',13'
plot $data0 using 1:2 with linespoints pt 7 ps 0.7 lw 2.5 lc rgb '#332288' title 'a', $data1 using 1:2 with linespoints pt 7 ps 0.7 lw 2.5 lc rgb '#CC6677' title 'b'
