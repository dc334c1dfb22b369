# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 900,600 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
7.5 128.0
14.0 106.0
21.0 95.0
EOD
$data1 << EOD
7.5 128.0 0.5
14.0 106.0 0.5
21.0 95.0 0.25
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
set label 1 'Rate and distortion of b1, b2, b4' at screen 0.02, screen 0.96333 left noenhanced font ':Bold,16' tc rgb '#222222'
set label 2 'digits.test, 2000 examples · ± standard error' at screen 0.02, screen 0.92333 left noenhanced font ',12' tc rgb '#666666'
set tmargin at screen 0.87667
set lmargin at screen 0.11111
set rmargin at screen 0.96889
set tmargin at screen 0.87667
set bmargin at screen 0.11
set label 5 'rate: KL, nats/image' at graph 0.5, screen 0.03333 center noenhanced tc rgb '#222222'
set label 3 'distortion: reconstruction, nats/image' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#222222'
set yrange [92.725:130.525]
set xrange [7.23:21.27]
unset key
set label 'b4, β = 4' at 7.5,128.0 left offset 0.9,0.7 noenhanced font ',12' tc rgb '#222222'
set label 'b2, β = 2' at 14.0,106.0 left offset 0.9,0.7 noenhanced font ',12' tc rgb '#222222'
set label 'b1, β = 1' at 21.0,95.0 right offset -0.9,-0.8 noenhanced font ',12' tc rgb '#222222'
plot $data1 using 1:2:3 with yerrorbars lw 1.5 lc rgb '#332288' pt 0 notitle, $data0 using 1:2 with linespoints pt 7 ps 0.7 lw 2.5 lc rgb '#332288' title ''
